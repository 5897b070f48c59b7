variable "text" {
  type = string
}

variable "list" {
  type = list(object({ n = number, s = optional(string, "d") }))
}

variable "heredoc" {
  type = string
}

variable "json_template" {
  type = string
}

variable "nothing" {
  type    = string
  default = "not null"
}

output "all" {
  value = { text = var.text, list = var.list, heredoc = var.heredoc, json_template = var.json_template, null = var.nothing == null }
}
