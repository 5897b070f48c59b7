module "counted" {
  source = "./child"
  count  = 3
  n      = count.index
}

module "keyed" {
  source   = "./child"
  for_each = { b = 2, a = 1 }
  n        = each.value
}

module "single" {
  source = "./child"
  n      = 9
}

output "counted" {
  value = module.counted[*].x
}

output "counted_attribute_only" {
  value = module.counted.*.nested.list.0
}

output "counted_deep" {
  value = module.counted[*].nested.list[0]
}

output "keyed" {
  value = values(module.keyed)[*].x
}

output "keyed_keys" {
  value = [for k, m in module.keyed : "${k}${m.x}"]
}

output "single" {
  value = module.single[*].x
}

output "flat" {
  value = flatten(module.counted[*].many)
}

output "resources" {
  value = flatten([for m in module.counted : m.inputs])
}

output "merged" {
  value = merge([for m in module.keyed : m.map]...)
}
