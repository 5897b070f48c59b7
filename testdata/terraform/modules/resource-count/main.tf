variable "names" {
  type    = list(string)
  default = ["x", "y", "z"]
}

resource "terraform_data" "many" {
  count = length(var.names)
  input = {
    index = count.index
    name  = var.names[count.index]
    last  = count.index == length(var.names) - 1
  }
}

resource "terraform_data" "none" {
  count = 0
  input = "no"
}

resource "terraform_data" "text_count" {
  count = "1"
  input = count.index + 10
}

resource "terraform_data" "flag" {
  count = true ? 1 : 0
  input = "on"
}

output "splat" {
  value = terraform_data.many[*].input.name
}

output "legacy" {
  value = terraform_data.many.*.input.name
}

output "none" {
  value = terraform_data.none[*].input
}

output "maybe" {
  value = try(terraform_data.none[0].input, "absent")
}

output "sum" {
  value = sum(terraform_data.many[*].input.index)
}
