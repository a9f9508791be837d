"""The chapter “Glossary”."""
