resource "terraform_data" "a" {
  input = "seed"
}

resource "terraform_data" "each" {
  for_each = {
    known   = "k"
    unknown = terraform_data.a.id
  }
  input = each.value
}

resource "terraform_data" "more" {
  for_each = terraform_data.each
  input    = each.value.id
}

module "child" {
  source   = "./child"
  for_each = { x = terraform_data.a.id, y = "fixed" }
  value    = each.value
}

output "keys" {
  value = keys(terraform_data.each)
}

output "children" {
  value = { for k, m in module.child : k => m.value }
}

output "plain" {
  value = module.child["y"].value
}
