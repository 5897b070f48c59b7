module "b" {
  source = "../b"
  text   = "via a"
}

output "text" {
  value = module.b.text
}
