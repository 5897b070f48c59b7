variable "service" {
  type = object({
    name = string
    port = optional(number, 8080)
    note = optional(string)
    tls = optional(object({
      enabled = optional(bool, true)
      ciphers = optional(list(string), ["aes"])
    }), {})
    limits = optional(map(number), { cpu = 1 })
    rules = optional(list(object({
      from  = number
      to    = optional(number)
      proto = optional(string, "tcp")
    })), [])
  })
  default = {
    name  = "web"
    port  = null
    extra = "dropped"
    rules = [{ from = "22" }, { from = 80, to = 90, proto = null }]
  }
}

variable "several" {
  type = map(object({
    on   = optional(bool, false)
    deep = optional(object({ a = optional(object({ b = optional(string, "x") }), {}) }), {})
  }))
  default = {
    one = {}
    two = { on = "true", deep = { a = { b = "y" } } }
    six = { deep = null }
  }
}

variable "maybe" {
  type    = object({ a = optional(object({ b = string })) })
  default = {}
}

resource "terraform_data" "service" {
  input = var.service
}

output "service" {
  value = var.service
}

output "several" {
  value = var.several
}

output "maybe" {
  value = var.maybe
}

output "maybe_b" {
  value = try(var.maybe.a.b, "none")
}
