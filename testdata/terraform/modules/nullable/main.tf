module "child" {
  source = "./child"
  loose  = null
  strict = null
  listed = null
}

module "defaults" {
  source = "./child"
}

output "given" {
  value = module.child.all
}

output "defaults" {
  value = module.defaults.all
}
