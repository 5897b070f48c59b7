variable "n" {
  type = number
}

resource "terraform_data" "r" {
  count = var.n
  input = "${var.n}.${count.index}"
}

output "x" {
  value = var.n * 10
}

output "nested" {
  value = { list = ["l${var.n}", "m"] }
}

output "many" {
  value = range(var.n)
}

output "inputs" {
  value = terraform_data.r[*].input
}

output "map" {
  value = { "k${var.n}" = var.n }
}
