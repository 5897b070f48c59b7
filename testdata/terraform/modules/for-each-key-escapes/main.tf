resource "terraform_data" "odd" {
  for_each = toset(["a b", "a.b", "a/b", "a\"b", "a\\b", "a\nb", "é", "$${x}", "[0]", ""])
  input    = length(each.key)
}
