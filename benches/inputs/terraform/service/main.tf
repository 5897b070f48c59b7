# A service: 9 resources (data sources apart) and 14 in the storage below it.

variable "name" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "ports" {
  type    = list(number)
  default = [8080, 8443]
}

variable "sources" {
  type    = list(string)
  default = ["10.0.0.0/8"]
}

variable "environment" {
  type    = string
  default = "dev"
}

variable "tags" {
  type    = map(string)
  default = {}
}

locals {
  full_name = "${var.environment}-${var.name}"
  tags      = merge({ service = var.name, environment = var.environment }, var.tags)
}

module "storage" {
  source = "../storage"
  name   = local.full_name
  tags   = local.tags

  buckets = {
    data = { versioning = true, days = { tmp = 3 } }
    logs = { versioning = var.environment == "prod", days = { access = 90, audit = 400 } }
  }
}

resource "aws_security_group" "this" {
  name        = local.full_name
  description = "Traffic of ${local.full_name}"
  vpc_id      = var.vpc_id
  tags        = local.tags

  dynamic "ingress" {
    for_each = toset(var.ports)

    content {
      description = "Port ${ingress.value}"
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = var.sources
    }
  }
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = { https = 443, database = 5432 }

  security_group_id = aws_security_group.this.id
  description       = "To ${each.key}"
  cidr_ipv4         = each.key == "https" ? "0.0.0.0/0" : "10.0.0.0/8"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_iam_role" "this" {
  name = local.full_name
  tags = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

data "aws_iam_policy_document" "access" {
  statement {
    sid       = "Objects"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = [for arn in values(module.storage.bucket_arns) : "${arn}/*"]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [module.storage.key_arn]
  }

  dynamic "statement" {
    for_each = var.environment == "prod" ? [] : ["debug"]

    content {
      sid       = title(statement.value)
      actions   = ["ssm:StartSession"]
      resources = ["*"]
    }
  }
}

resource "aws_iam_policy" "this" {
  name   = local.full_name
  policy = data.aws_iam_policy_document.access.json
}

resource "aws_iam_role_policy_attachment" "this" {
  role       = aws_iam_role.this.name
  policy_arn = aws_iam_policy.this.arn
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/service/${local.full_name}"
  retention_in_days = var.environment == "prod" ? 400 : 30
  kms_key_id        = module.storage.key_arn
}

resource "aws_lb" "this" {
  name                       = substr(local.full_name, 0, min(32, length(local.full_name)))
  internal                   = true
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.this.id]
  subnets                    = var.subnet_ids
  drop_invalid_header_fields = true
  tags                       = local.tags
}

resource "aws_lb_listener" "this" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "nothing here"
      status_code  = "404"
    }
  }
}

output "security_group_id" {
  value = aws_security_group.this.id
}

output "role_name" {
  value = aws_iam_role.this.name
}

output "bucket_arns" {
  value = module.storage.bucket_arns
}
