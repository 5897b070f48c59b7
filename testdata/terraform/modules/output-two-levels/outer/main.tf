variable "name" {}

module "inner" {
  source = "./inner"
  name   = "${var.name}/outer"
}

output "inner_all" {
  value = module.inner
}

output "hidden" {
  value     = "s"
  sensitive = true
}
