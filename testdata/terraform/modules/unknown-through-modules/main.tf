resource "terraform_data" "seed" {}

module "child" {
  source  = "./child"
  given   = terraform_data.seed.id
  listed  = [terraform_data.seed.id, "x"]
  strict  = { a = terraform_data.seed.id }
  enabled = true
}

output "child" {
  value = module.child.all
}
