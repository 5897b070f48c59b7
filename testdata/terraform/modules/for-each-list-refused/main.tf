resource "terraform_data" "bad" {
  for_each = ["a", "b"]
}
