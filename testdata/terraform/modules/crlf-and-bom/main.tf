locals {
  text = <<EOT
one
two
EOT
  b    = "x"
}

output "text" {
  value = local.text
}

output "b" {
  value = local.b
}
