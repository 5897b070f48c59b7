module "child" {
  source = "./child"
}

output "x" {
  value = module.child.nope
}
