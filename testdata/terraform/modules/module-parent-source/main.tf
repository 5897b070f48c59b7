module "a" {
  source = "./modules/a"
}

output "a" {
  value = module.a.text
}
