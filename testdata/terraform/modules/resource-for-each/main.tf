variable "people" {
  type = map(object({ age = number, team = optional(string, "none") }))
  default = {
    ada = { age = 36 }
    bob = { age = 41, team = "red" }
  }
}

resource "terraform_data" "set" {
  for_each = toset(["b", "a", "b"])
  input    = "${each.key}=${each.value}"
}

resource "terraform_data" "map" {
  for_each = { one = 1, "two three" = 23 }
  input    = { key = each.key, value = each.value }
}

resource "terraform_data" "object" {
  for_each = var.people
  input    = each.value
}

resource "terraform_data" "mixed" {
  for_each = { a = "text", b = [1, 2], c = { d = true } }
  input    = each.value
}

resource "terraform_data" "empty_map" {
  for_each = {}
  input    = each.key
}

resource "terraform_data" "empty_set" {
  for_each = toset([])
  input    = each.key
}

resource "terraform_data" "filtered" {
  for_each = { for name, p in var.people : name => p.age if p.age > 40 }
  input    = each.value
}

resource "terraform_data" "chained" {
  for_each = terraform_data.map
  input    = each.value.input.value
}

output "keys" {
  value = keys(terraform_data.map)
}

output "ages" {
  value = { for k, v in terraform_data.object : k => v.input.age }
}

output "one" {
  value = terraform_data.map["two three"].input.value
}

output "empty" {
  value = terraform_data.empty_map
}
