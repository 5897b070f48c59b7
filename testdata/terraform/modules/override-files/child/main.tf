variable "x" {}
variable "y" {}

output "both" {
  value = "${var.x} ${var.y}"
}
