# a comment
text    = "with $${escape}"
list    = [{ n = 1 }, { n = "2", s = "x" }]
heredoc = <<-EOT
  one
    two
EOT
nothing = null
