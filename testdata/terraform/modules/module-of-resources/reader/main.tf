variable "names" {
  type = set(string)
}

variable "arns" {
  type = list(string)
}

data "aws_iam_policy_document" "known" {
  statement {
    actions   = ["sqs:ReceiveMessage"]
    resources = [for n in var.names : "arn:aws:sqs:*:*:${n}"]
  }
}

data "aws_iam_policy_document" "unknown" {
  statement {
    actions   = ["sqs:ReceiveMessage"]
    resources = var.arns
  }
}

resource "aws_iam_policy" "known" {
  name   = "known"
  policy = data.aws_iam_policy_document.known.json
}
