variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "admin_networks" {
  description = "From where the servers are administered"
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "encrypt" {
  description = "Set in each environment"
  type        = bool
}
