variable "size" {
  type        = number
  default     = 1
  description = "first"
}

locals {
  a = "base"
  b = "base"
}

resource "terraform_data" "one" {
  input            = { from = "main", size = var.size }
  triggers_replace = ["kept"]

  lifecycle {
    create_before_destroy = true
  }
}

module "child" {
  source = "./child"
  x      = "main"
  y      = "main"
}

output "a" {
  value       = local.a
  description = "kept"
}

output "child" {
  value = module.child.both
}
