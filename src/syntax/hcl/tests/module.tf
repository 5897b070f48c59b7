# A network with a bastion, a bucket and a queue: a text to break in tests.

terraform {
  required_version = ">= 1.6"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.40"
    }
  }
}

locals {
  name  = "${var.prefix}-${terraform.workspace}"
  zones = slice(data.aws_availability_zones.here.names, 0, var.zone_count)
  tags = merge(var.tags, {
    Owner = "network"
    Stage = upper(var.stage)
  })
  subnets = {
    for index, zone in local.zones :
    zone => cidrsubnet(var.cidr, 4, index)
    if index < 3
  }
}

variable "cidr" {
  type        = string
  default     = "10.20.0.0/16"
  description = "Addresses of the network"

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && length(var.cidr) > 8
    error_message = "Not a network: ${var.cidr}."
  }
}

variable "rules" {
  type = map(object({
    port   = number
    source = optional(string, "10.0.0.0/8")
  }))
  default = {}
}

data "aws_availability_zones" "here" {
  state = "available"
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true
  tags                 = local.tags
}

resource "aws_subnet" "private" {
  for_each = local.subnets

  vpc_id            = aws_vpc.this.id
  cidr_block        = each.value
  availability_zone = each.key

  lifecycle {
    ignore_changes = [tags, map_public_ip_on_launch]
  }
}

resource "aws_security_group" "bastion" {
  name_prefix = "${local.name}-bastion-"
  vpc_id      = aws_vpc.this.id

  dynamic "ingress" {
    for_each = var.rules
    content {
      description = "From ${ingress.value.source}"
      from_port   = ingress.value.port
      to_port     = ingress.value.port
      protocol    = "tcp"
      cidr_blocks = [ingress.value.source]
    }
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"] # anywhere
  }
}

resource "aws_instance" "bastion" {
  count = var.bastion ? 1 : 0

  ami           = nonsensitive(data.aws_ssm_parameter.image.value)
  instance_type = "t4g.nano"
  subnet_id     = values(aws_subnet.private)[0].id

  vpc_security_group_ids = [
    aws_security_group.bastion.id,
    # one more for the monitoring
    aws_security_group.monitoring.id,
  ]

  user_data = <<-EOT
    #!/bin/sh
    set -eu
    echo "${local.name}" > /etc/hostname
    %{ for user in var.users ~}
    useradd -m ${user}
    %{ endfor ~}
    if [ -d /srv ]; then
      rm -rf "$${HOME}/tmp"
    fi
  EOT

  metadata_options {
    http_tokens   = "required"
    http_endpoint = "enabled"
  }

  root_block_device {
    encrypted  = true
    kms_key_id = try(aws_kms_key.disk[0].arn, null)
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:*"]
        Resource  = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

module "queue" {
  source = "./modules/queue"

  name       = "${local.name}-jobs"
  retention  = 14 * 24 * 3600
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]

  providers = {
    aws = aws.main
  }
}

output "bastion_address" {
  value       = one(aws_instance.bastion[*].private_ip)
  description = "Where to connect"
}
