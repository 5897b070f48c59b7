provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

locals {
  base = [
    { Sid = "A", Effect = "Allow", Action = ["s3:GetObject"], Resource = "*" },
  ]
  extra = [for s in ["sqs", "sns"] : { Sid = upper(s), Effect = "Allow", Action = "${s}:*", Resource = ["*"] }]
}

resource "aws_iam_policy" "jsonencode" {
  name = "jsonencode"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "One"
      Effect    = "Allow"
      Action    = ["s3:*"]
      Resource  = "*"
      Condition = { Bool = { "aws:SecureTransport" = true } }
    }]
  })
}

resource "aws_iam_policy" "heredoc" {
  name   = "heredoc"
  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [
        { "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::${lower("BUCKET")}/*" }
      ]
    }
  POLICY
}

resource "aws_iam_policy" "file" {
  name   = "file"
  policy = file("${path.module}/policy.json")
}

resource "aws_iam_policy" "templatefile" {
  name   = "templatefile"
  policy = templatefile("${path.module}/policy.tftpl", { buckets = ["a", "b"], effect = "Allow" })
}

resource "aws_iam_policy" "concat" {
  name   = "concat"
  policy = jsonencode({ Version = "2012-10-17", Statement = concat(local.base, local.extra) })
}

module "made" {
  source  = "./made"
  service = "dynamodb"
}

resource "aws_iam_policy" "module" {
  name   = "module"
  policy = module.made.policy
}

resource "aws_iam_role" "role" {
  name               = "role"
  assume_role_policy = module.made.trust

  inline_policy {
    name   = "inline"
    policy = jsonencode({ Version = "2012-10-17", Statement = local.base })
  }
}
