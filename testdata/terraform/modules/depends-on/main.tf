resource "terraform_data" "first" {
  input = 1
}

resource "terraform_data" "second" {
  input      = "known"
  depends_on = [terraform_data.first]
}

module "child" {
  source     = "./child"
  depends_on = [terraform_data.second]
}

output "child" {
  value      = module.child.x
  depends_on = [terraform_data.first]
}
