variable "token" {
  sensitive = true
}

output "token" {
  value     = upper(var.token)
  sensitive = true
}
