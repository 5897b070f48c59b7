module "outer" {
  source = "./outer"
  name   = "top"
}

resource "terraform_data" "use" {
  input = module.outer.inner_all
}

output "deep" {
  value = module.outer.inner_all.name
}

output "whole" {
  value = module.outer
}
