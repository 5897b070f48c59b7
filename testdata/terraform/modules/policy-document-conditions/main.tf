provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

data "aws_iam_policy_document" "it" {
  statement {
    sid       = "One"
    actions   = ["s3:GetObject"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrgID"
      values   = ["o-1"]
    }
  }

  statement {
    sid       = "Many"
    actions   = ["s3:GetObject"]
    resources = ["*"]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["home/", "", "a/*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = [false]
    }

    condition {
      test     = "StringLike"
      variable = "aws:userid"
      values   = ["x"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:b", "arn:a"]
    }
  }

  statement {
    sid       = "SameKeyTwice"
    actions   = ["s3:GetObject"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:tag"
      values   = ["a"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:tag"
      values   = ["b"]
    }
  }

  statement {
    sid       = "Numbers"
    actions   = ["s3:GetObject"]
    resources = ["*"]

    condition {
      test     = "NumericLessThan"
      variable = "aws:MultiFactorAuthAge"
      values   = [3600]
    }

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:TagKeys"
      values   = toset(["b", "a"])
    }
  }
}
