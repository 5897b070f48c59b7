variable "given" {
  type = string
}

variable "listed" {
  type = list(string)
}

variable "strict" {
  type = object({ a = string, b = optional(string, "dflt") })
}

variable "enabled" {
  type = bool
}

resource "terraform_data" "maybe" {
  count = var.enabled ? 1 : 0
  input = var.given
}

output "all" {
  value = { given = var.given, listed = var.listed, strict = var.strict, second = var.listed[1] }
}
