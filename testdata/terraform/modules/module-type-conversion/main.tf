module "child" {
  source = "./child"
  names  = ["b", "a", "b", 1]
  table  = { a = 1, b = "x" }
  one    = "5"
  pair   = { left = 1, right = [true], extra = "gone" }
  loose  = { a = [1, "x"] }
}

output "all" {
  value = module.child.all
}
