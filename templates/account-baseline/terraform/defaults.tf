# What AWS opens by default is closed. None of it can be said in CloudFormation.

resource "aws_default_vpc" "this" {
  # checkov:skip=CKV_AWS_148:Taken in to be closed; nothing stands in it.
  tags = merge(local.tags, { Name = "${var.name}-default-closed" })
}

resource "aws_default_security_group" "closed" {
  vpc_id = aws_default_vpc.this.id

  tags = merge(local.tags, { Name = "${var.name}-default-closed" })
}

resource "aws_default_network_acl" "closed" {
  default_network_acl_id = aws_default_vpc.this.default_network_acl_id

  tags = merge(local.tags, { Name = "${var.name}-default-closed" })

  lifecycle {
    ignore_changes = [subnet_ids] # each default subnet stays with it, and is closed by it
  }
}

resource "aws_default_route_table" "closed" {
  default_route_table_id = aws_default_vpc.this.default_route_table_id
  route                  = []

  tags = merge(local.tags, { Name = "${var.name}-default-closed" })
}

resource "aws_s3_account_public_access_block" "this" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_ebs_encryption_by_default" "this" {
  enabled = true
}

resource "aws_ebs_snapshot_block_public_access" "this" {
  state = "block-all-sharing"
}

resource "aws_ec2_image_block_public_access" "this" {
  state = "block-new-sharing"
}

resource "aws_ec2_instance_metadata_defaults" "this" {
  http_endpoint               = "enabled"
  http_tokens                 = "required"
  http_put_response_hop_limit = 1
  instance_metadata_tags      = "disabled"
}

resource "aws_ec2_serial_console_access" "this" {
  enabled = false
}

resource "aws_iam_account_password_policy" "this" {
  minimum_password_length        = 16
  password_reuse_prevention      = 24
  max_password_age               = 90
  require_lowercase_characters   = true
  require_uppercase_characters   = true
  require_numbers                = true
  require_symbols                = true
  allow_users_to_change_password = true
}
