variable "names" {
  type = set(string)
}

variable "table" {
  type = map(string)
}

variable "one" {
  type = number
}

variable "pair" {
  type = object({ left = string, right = list(string), third = optional(number) })
}

variable "loose" {}
