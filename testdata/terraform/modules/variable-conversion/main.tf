variable "text" {
  type    = string
  default = 5
}

variable "number" {
  type    = number
  default = "1.50"
}

variable "flag" {
  type = bool
}

variable "list" {
  type    = list(string)
  default = [1, true, "x"]
}

variable "set" {
  type    = set(number)
  default = [3, "1", 3]
}

variable "map" {
  type    = map(string)
  default = { a = 1, b = false }
}

variable "tuple" {
  type    = tuple([string, number, bool])
  default = [1, "2", "true"]
}

variable "object" {
  type    = object({ a = string, b = list(number) })
  default = { a = 1, b = ["2"], c = "gone" }
}

variable "any" {
  type    = any
  default = [1, "two"]
}

variable "list_any" {
  type    = list(any)
  default = [1, "two", true]
}

variable "map_any" {
  type    = map(any)
  default = { a = 1, b = "x" }
}

variable "old_list" {
  type    = list(any)
  default = ["a"]
}

variable "from_cli" {
  type = list(string)
}

variable "plain" {
  type = string
}

variable "count_text" {
  type = number
}

variable "untyped" {}

variable "map_cli" {
  type = map(string)
}

output "all" {
  value = {
    text       = var.text
    number     = var.number
    flag       = var.flag
    list       = var.list
    set        = var.set
    map        = var.map
    tuple      = var.tuple
    object     = var.object
    any        = var.any
    list_any   = var.list_any
    map_any    = var.map_any
    old_list   = var.old_list
    from_cli   = var.from_cli
    plain      = var.plain
    count_text = var.count_text
    untyped    = var.untyped
    map_cli    = var.map_cli
  }
}
