terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.80"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

data "aws_caller_identity" "own" {}

resource "aws_vpc" "shop" {
  cidr_block = "10.40.0.0/16"
}

resource "aws_internet_gateway" "shop" {
  vpc_id = aws_vpc.shop.id
}

resource "aws_subnet" "front" {
  vpc_id     = aws_vpc.shop.id
  cidr_block = "10.40.0.0/24"
  tags       = { segment = "front" }
}

resource "aws_subnet" "work" {
  vpc_id     = aws_vpc.shop.id
  cidr_block = "10.40.1.0/24"
  tags       = { segment = "work" }
}

resource "aws_subnet" "vault" {
  vpc_id     = aws_vpc.shop.id
  cidr_block = "10.40.2.0/24"
  tags       = { segment = "vault" }
}

resource "aws_subnet" "tools" {
  vpc_id     = aws_vpc.shop.id
  cidr_block = "10.40.3.0/24"
  tags       = { segment = "tools" }
}

resource "aws_route_table" "front" {
  vpc_id = aws_vpc.shop.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.shop.id
  }
}

resource "aws_route_table" "inner" {
  vpc_id = aws_vpc.shop.id
  # routes of inner
}

resource "aws_route_table_association" "front" {
  subnet_id      = aws_subnet.front.id
  route_table_id = aws_route_table.front.id
}

resource "aws_route_table_association" "work" {
  subnet_id      = aws_subnet.work.id
  route_table_id = aws_route_table.inner.id
}

resource "aws_route_table_association" "vault" {
  subnet_id      = aws_subnet.vault.id
  route_table_id = aws_route_table.inner.id
}

resource "aws_route_table_association" "tools" {
  subnet_id      = aws_subnet.tools.id
  route_table_id = aws_route_table.inner.id
}

resource "aws_security_group" "front" {
  vpc_id = aws_vpc.shop.id
}

resource "aws_security_group" "work" {
  vpc_id = aws_vpc.shop.id
}

resource "aws_security_group" "vault" {
  vpc_id = aws_vpc.shop.id
}

resource "aws_security_group" "tools" {
  vpc_id = aws_vpc.shop.id
}

resource "aws_vpc_security_group_ingress_rule" "front" {
  security_group_id = aws_security_group.front.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "front" {
  security_group_id            = aws_security_group.front.id
  referenced_security_group_id = aws_security_group.work.id
  ip_protocol                  = "tcp"
  from_port                    = 9000
  to_port                      = 9000
}

resource "aws_vpc_security_group_ingress_rule" "work" {
  security_group_id            = aws_security_group.work.id
  referenced_security_group_id = aws_security_group.front.id
  ip_protocol                  = "tcp"
  from_port                    = 9000
  to_port                      = 9000
}

resource "aws_vpc_security_group_egress_rule" "work" {
  security_group_id            = aws_security_group.work.id
  referenced_security_group_id = aws_security_group.vault.id
  ip_protocol                  = "tcp"
  from_port                    = 0
  to_port                      = 65535
}

resource "aws_vpc_security_group_egress_rule" "work_services" {
  security_group_id = aws_security_group.work.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_ingress_rule" "vault" {
  security_group_id            = aws_security_group.vault.id
  referenced_security_group_id = aws_security_group.work.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_vpc_security_group_egress_rule" "tools" {
  security_group_id = aws_security_group.tools.id
  cidr_ipv4         = "10.40.0.0/16"
  ip_protocol       = "tcp"
  from_port         = 1024
  to_port           = 65535
}

resource "aws_security_group" "services" {
  vpc_id = aws_vpc.shop.id
}

resource "aws_vpc_security_group_ingress_rule" "services" {
  security_group_id            = aws_security_group.services.id
  referenced_security_group_id = aws_security_group.work.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.shop.id
  service_name    = "com.amazonaws.eu-central-1.s3"
  route_table_ids = [aws_route_table.inner.id]
}

resource "aws_vpc_endpoint" "interface" {
  for_each = toset(["ecr.api", "ecr.dkr", "logs"])

  vpc_id             = aws_vpc.shop.id
  service_name       = "com.amazonaws.eu-central-1.${each.key}"
  vpc_endpoint_type  = "Interface"
  subnet_ids         = [aws_subnet.work.id]
  security_group_ids = [aws_security_group.services.id]
}

resource "aws_lb" "door" {
  internal        = false
  subnets         = [aws_subnet.front.id]
  security_groups = [aws_security_group.front.id]
}

resource "aws_lb_listener" "door" {
  load_balancer_arn = aws_lb.door.arn
  port              = 443
  protocol          = "HTTPS"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.desk.arn
  }
}

resource "aws_lb_target_group" "desk" {
  port        = 9000
  protocol    = "HTTPS"
  target_type = "ip"
  vpc_id      = aws_vpc.shop.id
}

resource "aws_wafv2_web_acl_association" "door" {
  resource_arn = aws_lb.door.arn
  web_acl_arn  = aws_wafv2_web_acl.door.arn
}

resource "aws_wafv2_web_acl" "door" {
  name  = "door"
  scope = "REGIONAL"

  default_action {
    block {}
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "door"
    sampled_requests_enabled   = false
  }
}

resource "aws_ecs_service" "desk" {
  name            = "desk"
  task_definition = aws_ecs_task_definition.desk.arn
  launch_type     = "FARGATE"

  network_configuration {
    subnets         = [aws_subnet.work.id]
    security_groups = [aws_security_group.work.id]
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.desk.arn
    container_name   = "desk"
    container_port   = 9000
  }
}

resource "aws_ecs_task_definition" "desk" {
  family        = "desk"
  task_role_arn = aws_iam_role.desk.arn
  container_definitions = jsonencode([
    { name = "desk", image = "desk", portMappings = [{ containerPort = 9000 }] }
  ])
}

resource "aws_iam_role" "desk" {
  name = "shop-desk"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "desk" {
  role = aws_iam_role.desk.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = ["s3:GetObject"]
        Resource  = "${aws_s3_bucket.receipts.arn}/*"
        Condition = { StringEquals = { "aws:SourceVpc" = aws_vpc.shop.id } }
      },
      {
        Effect   = "Allow"
        Action   = "rds-db:connect"
        Resource = "arn:aws:rds-db:eu-central-1:${data.aws_caller_identity.own.account_id}:dbuser:${aws_db_instance.ledger.resource_id}/desk"
      },
    ]
  })
}

resource "aws_iam_role" "auditor" {
  name = "shop-auditor"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::111122223333:root" } }]
  })
}

resource "aws_iam_role_policy" "auditor" {
  role = aws_iam_role.auditor.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }]
  })
}

resource "aws_db_instance" "ledger" {
  engine                 = "postgres"
  storage_encrypted      = true
  kms_key_id             = aws_kms_key.records.arn
  publicly_accessible    = false
  db_subnet_group_name   = aws_db_subnet_group.ledger.name
  vpc_security_group_ids = [aws_security_group.vault.id]
}

resource "aws_db_subnet_group" "ledger" {
  subnet_ids = [aws_subnet.vault.id]
}

resource "aws_instance" "mender" {
  ami                         = "ami-0123456789abcdef0"
  instance_type               = "t3.micro"
  subnet_id                   = aws_subnet.tools.id
  vpc_security_group_ids      = [aws_security_group.tools.id]
  associate_public_ip_address = false
}

resource "aws_kms_key" "records" {
  enable_key_rotation = true
}

resource "aws_s3_bucket" "receipts" {
  bucket = "shop-receipts"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "receipts" {
  bucket = aws_s3_bucket.receipts.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.records.arn
    }
  }
}

resource "aws_s3_bucket_policy" "receipts" {
  bucket = aws_s3_bucket.receipts.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.receipts.arn}/*"
        Principal = "*"
        Condition = { ArnNotEquals = { "aws:PrincipalArn" = aws_iam_role.desk.arn } }
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "desk" {
  name              = "/shop/desk"
  retention_in_days = 400
}

resource "aws_flow_log" "shop" {
  vpc_id          = aws_vpc.shop.id
  traffic_type    = "ALL"
  log_destination = aws_cloudwatch_log_group.desk.arn
}
