variable "copies" {
  type    = number
  default = 2
}

module "a" {
  source = "./child"
  count  = var.copies
  name   = "copy-${count.index}"
}

module "off" {
  source = "./child"
  count  = 0
  name   = "never"
}

output "x" {
  value = module.a[*].x
}

output "legacy" {
  value = module.a.*.x
}

output "first" {
  value = module.a[0].x
}

output "off" {
  value = module.off[*].x
}

output "off_one" {
  value = one(module.off[*].x)
}

output "size" {
  value = length(module.a)
}
