resource "terraform_data" "a" {}

resource "terraform_data" "bad" {
  for_each = toset([terraform_data.a.id])
}
