variable "loose" {
  type    = string
  default = "loose default"
}

variable "strict" {
  type     = string
  default  = "strict default"
  nullable = false
}

variable "listed" {
  type     = list(string)
  default  = ["d"]
  nullable = false
}

output "all" {
  value = [var.loose == null ? "was null" : var.loose, var.strict, var.listed]
}
