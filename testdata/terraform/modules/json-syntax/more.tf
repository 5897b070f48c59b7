output "from_native" {
  value = "${local.mixed}/${terraform_data.one.input}"
}
