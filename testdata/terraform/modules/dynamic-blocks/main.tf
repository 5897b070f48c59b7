provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variable "rules" {
  type = list(object({
    port  = number
    cidrs = list(string)
    note  = optional(string, "")
  }))
  default = [
    { port = 443, cidrs = ["0.0.0.0/0"], note = "tls" },
    { port = 22, cidrs = ["10.0.0.0/8", "192.168.0.0/16"] },
  ]
}

resource "aws_security_group" "list" {
  name = "list"

  dynamic "ingress" {
    for_each = var.rules
    content {
      description = ingress.value.note
      from_port   = ingress.value.port
      to_port     = ingress.value.port
      protocol    = "tcp"
      cidr_blocks = ingress.value.cidrs
    }
  }
}

resource "aws_security_group" "iterator" {
  name = "iterator"

  dynamic "ingress" {
    for_each = { web = 80, tls = 443 }
    iterator = it
    content {
      description = it.key
      from_port   = it.value
      to_port     = it.value
      protocol    = "tcp"
      cidr_blocks = [for i in [1, 2] : "10.${i}.0.0/16"]
    }
  }

  dynamic "egress" {
    for_each = []
    content {
      from_port = 0
      to_port   = 0
      protocol  = "-1"
    }
  }
}

resource "aws_security_group" "mixed" {
  name = "mixed"

  ingress {
    from_port = 1
    to_port   = 1
    protocol  = "udp"
    self      = true
  }

  dynamic "ingress" {
    for_each = toset(["2", "3"])
    content {
      from_port   = ingress.key
      to_port     = ingress.value
      protocol    = "udp"
      cidr_blocks = ["10.0.0.0/8"]
    }
  }
}
