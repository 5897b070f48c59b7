resource "terraform_data" "a" {}

resource "terraform_data" "bad" {
  count = length(terraform_data.a.id)
}
