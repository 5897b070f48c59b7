# The function's role: the verbs of the intent, on one table, and its own log.

resource "aws_iam_role" "function" {
  name               = "${var.name}-function"
  description        = "Function of ${var.name}"
  assume_role_policy = data.aws_iam_policy_document.function_trust.json

  tags = merge(local.tags, { segment = "app" })
}

data "aws_iam_policy_document" "function_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "function" {
  name   = "intent"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}

data "aws_iam_policy_document" "function" {
  statement {
    sid = "UseTable"
    actions = [
@@ if "reads" in verbs
      "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query",
@@ endif
@@ if "lists" in verbs
      "dynamodb:Scan",
@@ endif
@@ if "writes" in verbs
      "dynamodb:PutItem", "dynamodb:UpdateItem",
@@ endif
@@ if "deletes" in verbs
      "dynamodb:DeleteItem",
@@ endif
    ]
    resources = [aws_dynamodb_table.this.arn]
  }

  statement {
    sid       = "OpenTable"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.records.arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["dynamodb.${local.region}.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:aws:dynamodb:tableName"
      values   = [var.name]
    }
  }

  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this["function"].arn}:log-stream:*"]
  }

  # X-Ray knows no resources for what is sent to it.
  statement {
    sid       = "Trace"
    actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"]
  }
@@ if asynchronous

  statement {
    sid       = "HandOverWhatFailed"
    actions   = ["sqs:SendMessage"]
    resources = [local.arn.failed]
  }

  statement {
    sid       = "SealWhatFailed"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.logs.arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["sqs.${local.region}.amazonaws.com"]
    }
  }
@@ endif
@@ if vpc

  # Lambda makes and removes the function's interfaces in its name. The function itself may do nothing of it: deny below.
  statement {
    sid       = "Interfaces"
    actions   = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]
    resources = concat(
      ["arn:${local.partition}:ec2:${local.region}:${local.account}:network-interface/*"],
      [for one in var.subnet_ids : "arn:${local.partition}:ec2:${local.region}:${local.account}:subnet/${one}"],
      [for one in var.security_group_ids : "arn:${local.partition}:ec2:${local.region}:${local.account}:security-group/${one}"],
    )
  }

  # EC2 knows no resources for what only looks.
  statement {
    sid       = "SeeInterfaces"
    actions   = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
    resources = ["*"]
  }

  statement {
    sid       = "NotFromTheCode"
    effect    = "Deny"
    actions   = ["ec2:*"]
    resources = ["*"]

    condition {
      test     = "ArnEquals"
      variable = "lambda:SourceFunctionArn"
      values   = [local.arn.function]
    }
  }
@@ endif
}
