module "child" {
  source = "./child"
  strict = null
}
