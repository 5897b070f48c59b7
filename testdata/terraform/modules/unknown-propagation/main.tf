resource "terraform_data" "seed" {
  input = { a = "known" }
}

locals {
  id      = terraform_data.seed.id
  partial = { id = local.id, name = "n", list = [local.id, "x", [1, local.id]] }
}

resource "terraform_data" "text" {
  input = "pre-${local.id}-post"
}

resource "terraform_data" "object" {
  input = local.partial
}

resource "terraform_data" "known_part" {
  input = local.partial.list[1]
}

resource "terraform_data" "whole_output" {
  input = terraform_data.seed.output
}

resource "terraform_data" "input_is_known" {
  input = terraform_data.seed.input.a
}

resource "terraform_data" "json" {
  input = jsonencode(local.partial)
}

resource "terraform_data" "set" {
  input = toset(["a", local.id])
}

resource "terraform_data" "conditional" {
  input = local.id == "x" ? "same" : "same"
}

resource "terraform_data" "conditional_known" {
  input = true ? "known" : local.id
}

resource "terraform_data" "not_null" {
  input = local.id != null ? "present" : "absent"
}

resource "terraform_data" "prefix" {
  input = startswith("arn:${local.id}", "arn:")
}

resource "terraform_data" "count_from_tuple" {
  count = length([local.id, local.id])
  input = count.index
}

output "partial" {
  value = local.partial
}

output "keys" {
  value = keys(local.partial)
}

output "lengths" {
  value = [length(local.partial), length(local.partial.list), length(toset([local.id]))]
}

output "unknown" {
  value = upper(local.id)
}

output "loop" {
  value = [for x in local.partial.list : "v=${jsonencode(x)}"]
}
