variable "needed" {
  type = string
}

output "it" {
  value = var.needed
}
