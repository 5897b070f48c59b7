module "a" {
  source = "./echo"
  first  = "1"
  second = module.b.first
}

module "b" {
  source = "./echo"
  first  = module.a.first
  second = "2"
}

output "a" {
  value = module.a.second
}
