# Who administers a key cannot use it, who uses it cannot administer it. In a key's own policy the resource "*" means this key.

locals {
  administration = {
    Sid       = "Administer"
    Effect    = "Allow"
    Principal = { AWS = local.arn.root }
    Resource  = "*"
    Action = [
      "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey", "kms:DisableKeyRotation",
      "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListGrants", "kms:ListKeyPolicies",
      "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:RevokeGrant", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource",
      "kms:UpdateAlias", "kms:UpdateKeyDescription",
    ]
    Condition = { ArnEquals = { "aws:PrincipalArn" = [var.key_administrator_role_arn, var.deploy_role_arn, local.arn.root] } }
  }
}

# ---------------------------------------------------------------- records: the table, and the function's settings

resource "aws_kms_key" "records" {
  description             = "${var.name}: table"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.administration,
      {
        Sid       = "Lend"
        Effect    = "Allow"
        Principal = { AWS = local.arn.root }
        Resource  = "*"
        Action    = "kms:CreateGrant"
        Condition = {
          ArnEquals    = { "aws:PrincipalArn" = var.deploy_role_arn }
          StringEquals = { "kms:ViaService" = ["dynamodb.${local.region}.amazonaws.com", "lambda.${local.region}.amazonaws.com"] }
          Bool         = { "kms:GrantIsForAWSResource" = "true" }
        }
      },
      {
        Sid       = "SealSettings"
        Effect    = "Allow"
        Principal = { AWS = local.arn.root }
        Resource  = "*"
        Action    = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn"                         = var.deploy_role_arn
            "kms:EncryptionContext:aws:lambda:FunctionArn" = local.arn.function
          }
          StringEquals = { "kms:ViaService" = "lambda.${local.region}.amazonaws.com" }
        }
      },
      {
        Sid       = "UseTable"
        Effect    = "Allow"
        Principal = { AWS = local.arn.root }
        Resource  = "*"
        Action    = "kms:Decrypt"
        Condition = {
          ArnEquals    = { "aws:PrincipalArn" = local.arn.role }
          StringEquals = {
            "kms:EncryptionContext:aws:dynamodb:tableName" = var.name
            "kms:ViaService"                               = "dynamodb.${local.region}.amazonaws.com"
          }
        }
      },
    ]
  })

  tags = merge(local.tags, { segment = "data" })
}

resource "aws_kms_alias" "records" {
  name          = "alias/${var.name}-records"
  target_key_id = aws_kms_key.records.key_id
}

# ---------------------------------------------------------------- logs@{ " and what failed" if asynchronous else "" }

resource "aws_kms_key" "logs" {
  description             = "${var.name}: logs"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.administration,
      {
        Sid       = "WriteAndReadLogs"
        Effect    = "Allow"
        Principal = { Service = "logs.${local.region}.amazonaws.com" }
        Resource  = "*"
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        Condition = { ArnEquals = { "kms:EncryptionContext:aws:logs:arn" = [for name in local.log_group : "${local.arn.logs}:${name}"] } }
      },
@@ if asynchronous
      {
        Sid       = "KeepWhatFailed"
        Effect    = "Allow"
        Principal = { AWS = local.arn.root }
        Resource  = "*"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Condition = {
          ArnEquals    = { "aws:PrincipalArn" = local.arn.role }
          StringEquals = { "kms:ViaService" = "sqs.${local.region}.amazonaws.com" }
        }
      },
@@ endif
    ]
  })

  tags = local.tags
}

resource "aws_kms_alias" "logs" {
  name          = "alias/${var.name}-logs"
  target_key_id = aws_kms_key.logs.key_id
}
