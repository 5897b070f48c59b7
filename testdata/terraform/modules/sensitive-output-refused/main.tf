variable "secret" {
  default   = "hush"
  sensitive = true
}

output "leak" {
  value = var.secret
}
