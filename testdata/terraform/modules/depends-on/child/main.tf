resource "terraform_data" "in" {
  input = "in"
}

output "x" {
  value = "static"
}
