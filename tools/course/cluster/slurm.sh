#!/bin/bash
# Grade one chapter as a Slurm array; the folders must be on a disk that all nodes share. From the book's folder:
#
#   sbatch --array=1-40 tools/course/cluster/slurm.sh 03_gradients downloads/ roster.csv
#
# and when all tasks are done, once without Slurm, which writes gradebook, report and feedback:
#
#   venv/bin/python -m tools.course.grade 03_gradients downloads/ --roster roster.csv
#
#SBATCH --job-name=homework
#SBATCH --cpus-per-task=1
#SBATCH --mem=6G
#SBATCH --time=02:00:00
set -euo pipefail
chapter=${1:?a chapter, such as 03_gradients} submissions=${2:?the folder of submissions} roster=${3:?the roster}
exec venv/bin/python -m tools.course.grade "$chapter" "$submissions" --roster "$roster" \
  --part "${SLURM_ARRAY_TASK_ID:?start this with sbatch --array=1-40}/${SLURM_ARRAY_TASK_MAX:?}"
