variable "x" {
  type = string
}

variable "y" {
  type = map(number)
}

output "all" {
  value = [var.x, var.y]
}
