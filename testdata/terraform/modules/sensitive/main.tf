variable "secret" {
  type      = string
  default   = "hush"
  sensitive = true
}

module "child" {
  source = "./child"
  token  = var.secret
}

resource "terraform_data" "uses" {
  input = { secret = var.secret, open = "o" }
}

output "secret" {
  value     = "x-${var.secret}"
  sensitive = true
}

output "open" {
  value = nonsensitive(length(var.secret))
}

output "token" {
  value     = module.child.token
  sensitive = true
}
