# The scope of ../expressions.jsonl: every expression there is evaluated as if it stood in this module.

variable "text" {
  type    = string
  default = "harbour"
}

variable "number" {
  type    = number
  default = 42
}

variable "flag" {
  type    = bool
  default = true
}

variable "words" {
  type    = list(string)
  default = ["pear", "apple", "fig", "apple"]
}

variable "ports" {
  type    = list(number)
  default = [443, 80, 8080]
}

variable "zones" {
  type    = set(string)
  default = ["c", "a", "b"]
}

variable "tags" {
  type = map(string)
  default = {
    team  = "tide"
    stage = "test"
    "a.b" = "dotted"
  }
}

variable "people" {
  type = map(object({
    age    = number
    roles  = list(string)
    active = optional(bool, true)
  }))
  default = {
    ada = { age = 36, roles = ["admin", "dev"] }
    bob = { age = 41, roles = ["dev"], active = false }
    cyd = { age = 29, roles = [] }
  }
}

variable "server" {
  type = object({
    name = string
    port = optional(number, 8443)
    tls = optional(object({
      mode  = optional(string, "strict")
      extra = optional(list(string))
    }), {})
    note = optional(string)
  })
  default = {
    name = "gate"
  }
}

variable "rules" {
  type = list(object({ port = number, cidrs = list(string) }))
  default = [
    { port = 22, cidrs = ["10.0.0.0/8"] },
    { port = 443, cidrs = ["0.0.0.0/0", "::/0"] },
  ]
}

variable "anything" {
  type    = any
  default = { a = 1, b = ["x", true], c = null }
}

variable "untyped" {
  default = ["one", 2, false]
}

variable "nothing" {
  type    = string
  default = null
}

variable "no_list" {
  type    = list(string)
  default = null
}

variable "no_map" {
  type    = map(string)
  default = null
}

variable "pair" {
  type    = tuple([string, number])
  default = ["left", 7]
}

variable "secret" {
  type      = string
  default   = "hush"
  sensitive = true
}

locals {
  greeting = "hello, ${var.text}"
  empty    = {}
  nothing  = null
  mixed    = ["a", 1, true, null]
  nested   = { a = { b = { c = [10, 20, { d = "deep" }] } } }
  grid     = [[1, 2], [3, 4], []]
  template = "Hi $${name}, you have $${count} %%{ if count == 1 }letter%%{ else }letters%%{ endif }"
  a1       = { "1" = "one", "two words" = 2, "x-y" = "dash" }
}

# Unknown until applied: id and output. The input is known in the plan.
resource "terraform_data" "x" {
  input = "known"
}

resource "terraform_data" "counted" {
  count = 2
  input = count.index
}

resource "terraform_data" "each" {
  for_each = toset(["north", "south"])
  input    = each.key
}

resource "terraform_data" "none" {
  count = 0
}
