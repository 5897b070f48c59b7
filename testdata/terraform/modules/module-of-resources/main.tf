provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

module "queue" {
  source   = "./queue"
  for_each = { orders = { days = 4 }, "dead.letters" = { days = 14, dead = true } }
  name     = each.key
  settings = each.value
}

module "reader" {
  source = "./reader"
  names  = [for q in module.queue : q.name]
  arns   = values(module.queue)[*].arn
}

output "names" {
  value = { for k, q in module.queue : k => q.name }
}
