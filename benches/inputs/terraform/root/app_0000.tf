# An application: 13 resources here (data sources apart) and 23 in the service below it.

variable "app_0000_public" {
  type    = bool
  default = false
}

variable "app_0000_size" {
  type    = string
  default = "t3.small"
}

locals {
  app_0000_name  = "app-0000"
  app_0000_ports = [443, 8443]
  app_0000_tags  = merge(local.tags, { app = local.app_0000_name })
}

module "app_0000" {
  source      = "../../modules/service"
  name        = local.app_0000_name
  vpc_id      = aws_vpc.main.id
  subnet_ids  = [for subnet in aws_subnet.main : subnet.id]
  ports       = local.app_0000_ports
  sources     = var.trusted[*].cidr
  environment = var.environment
  tags        = local.app_0000_tags
}

resource "aws_security_group" "app_0000" {
  name        = "${local.app_0000_name}-web"
  description = "The web side"
  vpc_id      = aws_vpc.main.id

  ingress {
    description = "HTTPS"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = var.app_0000_public ? ["0.0.0.0/0"] : [aws_vpc.main.cidr_block]
  }

  dynamic "ingress" {
    for_each = { for source in var.trusted : source.name => source.cidr }

    content {
      description = ingress.key
      from_port   = 22
      to_port     = 22
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }

  egress {
    from_port       = 0
    to_port         = 0
    protocol        = "-1"
    security_groups = [module.app_0000.security_group_id]
  }

  tags = local.app_0000_tags
}

resource "aws_security_group_rule" "app_0000" {
  count = length(local.app_0000_ports)

  type                     = "ingress"
  security_group_id        = module.app_0000.security_group_id
  source_security_group_id = aws_security_group.app_0000.id
  protocol                 = "tcp"
  from_port                = local.app_0000_ports[count.index]
  to_port                  = local.app_0000_ports[count.index]
}

resource "aws_instance" "app_0000" {
  count = var.environment == "prod" ? 2 : 1

  ami                    = "ami-0123456789abcdef0"
  instance_type          = var.app_0000_size
  subnet_id              = aws_subnet.main[var.zones[count.index % length(var.zones)]].id
  vpc_security_group_ids = [aws_security_group.app_0000.id]
  iam_instance_profile   = aws_iam_instance_profile.app_0000.name
  tags                   = merge(local.app_0000_tags, { Name = format("%s-%02d", local.app_0000_name, count.index) })

  metadata_options {
    http_tokens = "required"
  }

  root_block_device {
    encrypted   = true
    volume_size = 20
  }

  user_data = <<-SCRIPT
    #!/bin/sh
    %{for port in local.app_0000_ports~}
    open-port ${port}
    %{endfor~}
    start ${local.app_0000_name}
  SCRIPT

  lifecycle {
    ignore_changes = [ami]
  }
}

data "aws_iam_policy_document" "app_0000_assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "app_0000" {
  name               = local.app_0000_name
  assume_role_policy = data.aws_iam_policy_document.app_0000_assume.json
}

resource "aws_iam_instance_profile" "app_0000" {
  name = local.app_0000_name
  role = aws_iam_role.app_0000.name
}

resource "aws_iam_role_policy" "app_0000" {
  name = "queue"
  role = aws_iam_role.app_0000.id

  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Action": ["sqs:SendMessage", "sqs:ReceiveMessage"],
          "Resource": "${aws_sqs_queue.app_0000.arn}"
        }
      ]
    }
  POLICY
}

resource "aws_sqs_queue" "app_0000" {
  name                    = local.app_0000_name
  sqs_managed_sse_enabled = true
}

resource "aws_sqs_queue_policy" "app_0000" {
  queue_url = aws_sqs_queue.app_0000.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.app_0000.arn
      Principal = { Service = "sns.amazonaws.com" }
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.app_0000.arn } }
    }]
  })
}

resource "aws_sns_topic" "app_0000" {
  name              = local.app_0000_name
  kms_master_key_id = "alias/aws/sns"
}

resource "aws_sns_topic_subscription" "app_0000" {
  topic_arn = aws_sns_topic.app_0000.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.app_0000.arn
}

resource "aws_db_instance" "app_0000" {
  identifier              = local.app_0000_name
  engine                  = "postgres"
  instance_class          = "db.t4g.micro"
  allocated_storage       = 20
  storage_encrypted       = true
  publicly_accessible     = var.app_0000_public
  multi_az                = var.environment == "prod"
  backup_retention_period = 14
  vpc_security_group_ids  = [module.app_0000.security_group_id]
}

output "app_0000_buckets" {
  value = module.app_0000.bucket_arns
}
