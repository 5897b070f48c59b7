module "left" {
  source = "./child"
  x      = module.right.y
}

module "right" {
  source = "./child"
  x      = "start"
}

output "left" {
  value = module.left.y
}
